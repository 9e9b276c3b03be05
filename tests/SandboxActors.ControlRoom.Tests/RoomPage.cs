using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>The page, by what people find on it.</summary>
internal sealed class RoomPage
{
    private readonly ConcurrentQueue<string> _errors = [];

    public RoomPage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _errors.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>What the browser complained of: failed scripts, files that are not there, what the security policy forbids.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public ILocator Details => Page.Locator("#details");

    public ILocator LatestOutcome => Page.Locator("#details .outcomes li").First;

    public ILocator Poisonings => Page.Locator("#poisonings button");

    public ILocator Report => Page.Locator("#report");

    public ILocator Announcer => Page.Locator("#announcer");

    public ILocator Cell(string name) => Page.Locator($"#cells [data-name={name}]");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });

    public Task ExpectCellsAsync(int count) => Expect(Page.Locator("#cells .cell")).ToHaveCountAsync(count);

    /// <summary>Waits until a cell shows a state.</summary>
    public Task ExpectLookAsync(string name, string look) => Expect(Cell(name)).ToHaveAttributeAsync("data-look", look);

    /// <summary>Waits until the latest outcome says something.</summary>
    public Task ExpectOutcomeAsync(string text) => Expect(LatestOutcome).ToContainTextAsync(text);

    /// <summary>Calls a function of the selected sandbox, by mouse.</summary>
    public async Task CallAsync(string function, params string[] arguments)
    {
        await Details.Locator("select").SelectOptionAsync(function);
        ILocator fields = Details.Locator("input");
        await Expect(fields).ToHaveCountAsync(arguments.Length);
        for (int field = 0; field < arguments.Length; field++) await fields.Nth(field).FillAsync(arguments[field]);
        await Button("Call").ClickAsync();
    }

    /// <summary>The value of a colour that the style sheet names, as the browser writes colours.</summary>
    public Task<string> ColorAsync(string name) => Page.EvaluateAsync<string>(
        """
        name => {
          const probe = document.body.appendChild(document.createElement('i'));
          probe.style.color = `var(${name})`;
          const color = getComputedStyle(probe).color;
          probe.remove();
          return color;
        }
        """,
        name);
}
