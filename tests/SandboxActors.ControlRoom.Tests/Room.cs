using System.Net.Http.Headers;
using System.Net.Http.Json;
using ControlRoom;
using Microsoft.Playwright;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>A control room without demo load, as a program opens it, and what is asked of it over HTTP.</summary>
internal sealed class Room : IAsyncDisposable
{
    private readonly ControlRoomApp _app;

    private Room(ControlRoomApp app)
    {
        _app = app;
        Stranger = new HttpClient { BaseAddress = app.Address };
        Operator = new HttpClient { BaseAddress = app.Address };
        Operator.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", app.Options.Token);
    }

    public Uri Address => _app.Address;

    public string Token => _app.Options.Token;

    /// <summary>Where the page is for who may change something.</summary>
    public string AddressWithToken => _app.AddressWithToken.ToString();

    /// <summary>A client that knows no token.</summary>
    public HttpClient Stranger { get; }

    /// <summary>A client that bears the token.</summary>
    public HttpClient Operator { get; }

    /// <param name="sandboxes">How many sandboxes there are.</param>
    /// <param name="change">What is special about it.</param>
    public static async Task<Room> OpenAsync(int sandboxes = 3, Func<ControlRoomOptions, ControlRoomOptions>? change = null)
    {
        var options = new ControlRoomOptions { Sandboxes = sandboxes, HasDemoLoad = false };
        var room = new Room(await ControlRoomApp.OpenAsync(change?.Invoke(options) ?? options));
        await using var feed = await FeedReader.OpenAsync(room.Stranger);
        await feed.ReadUntilAsync(() => feed.Cells.Count >= sandboxes);
        return room;
    }

    /// <summary>Has a sandbox called, by who bears the token.</summary>
    public async Task<Outcome> CallAsync(string sandbox, string function, params string?[] arguments)
    {
        HttpResponseMessage answer = await Operator.PostAsJsonAsync($"api/sandboxes/{sandbox}/call", new CallRequest(function, arguments));
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<Outcome>())!;
    }

    /// <summary>Does something else to a sandbox.</summary>
    public Task<Outcome> ActAsync(string sandbox, string action) => PostAsync($"api/sandboxes/{sandbox}/{action}");

    /// <summary>Makes one more.</summary>
    public Task<Outcome> MakeAsync() => PostAsync("api/sandboxes");

    /// <summary>A reader of the feed that is told something when it asks, and not before.</summary>
    public IAsyncEnumerator<FeedMessage> ReadFeed() => _app.Feed.ReadAsync(CancellationToken.None).GetAsyncEnumerator();

    /// <summary>Opens the page, and waits until it shows every sandbox.</summary>
    public async Task<RoomPage> OpenPageAsync(Browser browser, bool withToken = true, Action<BrowserNewContextOptions>? change = null)
    {
        IPage page = await browser.OpenAsync(change);
        var room = new RoomPage(page);
        await page.GotoAsync(withToken ? AddressWithToken : Address.ToString());
        await room.ExpectCellsAsync(_app.Options.Sandboxes);
        return room;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Stranger.Dispose();
        Operator.Dispose();
        await _app.DisposeAsync();
    }

    private async Task<Outcome> PostAsync(string path)
    {
        HttpResponseMessage answer = await Operator.PostAsync(new Uri(path, UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<Outcome>())!;
    }
}
