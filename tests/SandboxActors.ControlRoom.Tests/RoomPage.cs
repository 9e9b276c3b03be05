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

    /// <summary>Waits until there are so many cells, or more.</summary>
    public Task ExpectCellsAsync(int count) => Expect(Page.Locator("#cells .cell").Nth(count - 1)).ToBeVisibleAsync();

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

    /// <summary>Has the page note, frame by frame, what a cell looks like from now on.</summary>
    public Task RecordAsync(string name) => Page.EvaluateAsync(
        """
        name => {
          window.seen = [];
          const look = () => {
            const cell = document.querySelector(`#cells [data-name=${name}]`);
            const now = `${cell.dataset.look} ${getComputedStyle(cell).backgroundColor}`;
            if (window.seen.at(-1) !== now) window.seen.push(now);
            requestAnimationFrame(look);
          };
          look();
        }
        """,
        name);

    /// <summary>What the cell has looked like: a state and a colour, each that differs from the one before.</summary>
    public Task<string[]> RecordedAsync() => Page.EvaluateAsync<string[]>("() => window.seen");

    /// <summary>Waits until the latest of what the cell has looked like is this.</summary>
    public async Task ExpectRecordedLatestAsync(params string[] looks)
    {
        try
        {
            await Page.WaitForFunctionAsync("looks => looks.join() === window.seen.slice(-looks.length).join()", looks);
        }
        catch (TimeoutException)
        {
            Assert.Equal(looks, await RecordedAsync());
        }
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
