using System.Net;
using System.Net.NetworkInformation;
using ControlRoom;

namespace SandboxActors.ControlRoom.Tests;

public sealed class SecuritySpec
{
    public static TheoryData<string> Actions => ["call", "kill", "snapshot", "restore", "stop"];

    [Theory, MemberData(nameof(Actions))]
    public async Task Nothing_can_be_done_without_the_token(string action)
    {
        await using Room room = await Room.OpenAsync(1);
        string path = $"api/sandboxes/sandbox-001/{action}";

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(room, path));
        string[] wrongs = ["Bearer ", "Bearer", room.Token, $"Basic {room.Token}", $"Bearer {room.Token[..^1]}", $"Bearer {room.Token}x"];
        foreach (string wrong in wrongs)
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(room, path, ("Authorization", wrong)));

        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        await feed.ReadAsync();
        Assert.Equal((CellState.Idle, 0), (feed.Cells["sandbox-001"].State, feed.Cells["sandbox-001"].Calls));
    }

    [Fact]
    public async Task No_sandbox_is_made_without_the_token()
    {
        await using Room room = await Room.OpenAsync(1);

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(room, "api/sandboxes"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.")]
    [InlineData("[::1]")]
    public async Task A_name_that_is_not_this_machines_is_refused_whatever_is_asked_for(string host)
    {
        await using Room room = await Room.OpenAsync(1);
        (string, string) header = ("Host", $"{host}:{room.Address.Port}");

        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(room, HttpMethod.Get, string.Empty, header));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(room, HttpMethod.Get, "api/functions", header));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(room, "api/access", header, Bearer(room)));
    }

    [Fact]
    public async Task Another_port_of_this_machine_is_another_site()
    {
        await using Room room = await Room.OpenAsync(1);

        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(room, HttpMethod.Get, string.Empty, ("Host", "127.0.0.1:1")));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(room, HttpMethod.Get, string.Empty, ("Host", "127.0.0.1")));
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_request_that_another_page_makes_is_refused_even_with_the_token(string origin)
    {
        await using Room room = await Room.OpenAsync(1);

        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(room, "api/access", ("Origin", origin), Bearer(room)));
        Assert.Equal(
            HttpStatusCode.NoContent, await PostAsync(room, "api/access", ("Origin", room.Address.GetLeftPart(UriPartial.Authority)), Bearer(room)));
    }

    [Fact]
    public async Task It_listens_on_the_loopback_interface_alone()
    {
        await using Room room = await Room.OpenAsync(1);

        IPEndPoint[] listeners = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(end => end.Port == room.Address.Port)];

        Assert.Equal([new IPEndPoint(IPAddress.Loopback, room.Address.Port)], listeners);
    }

    [Fact]
    public async Task Every_answer_forbids_what_the_page_does_not_need()
    {
        await using Room room = await Room.OpenAsync(1);

        foreach (string path in (string[])["", "app.js", "api/functions", "nothing"])
        {
            using HttpResponseMessage answer = await room.Stranger.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Contains("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        }
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused()
    {
        await using Room room = await Room.OpenAsync(1);
        using var content = new StringContent($"{{\"function\":\"Echo\",\"arguments\":[\"{new string('x', 100_000)}\"]}}", null, "application/json");

        using HttpResponseMessage answer = await room.Operator.PostAsync(new Uri("api/sandboxes/sandbox-001/call", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task So_many_may_be_connected_at_a_time_and_no_more()
    {
        await using Room room = await Room.OpenAsync(0);
        var feeds = new List<Stream>();

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            while (feeds.Count <= ControlRoomApp.MostConnections)
                feeds.Add(await room.Stranger.GetStreamAsync(new Uri("api/feed", UriKind.Relative)));
        });

        // One that was closed may count for a moment yet.
        Assert.InRange(feeds.Count, ControlRoomApp.MostConnections - 1, ControlRoomApp.MostConnections);
        foreach (Stream feed in feeds) await feed.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"function\":null,\"arguments\":null}")]
    [InlineData("{\"function\":\"Echo\",\"arguments\":[1]}")]
    public async Task A_call_that_is_none_is_refused(string body)
    {
        await using Room room = await Room.OpenAsync(1);
        using var content = new StringContent(body, null, "application/json");

        using HttpResponseMessage answer = await room.Operator.PostAsync(new Uri("api/sandboxes/sandbox-001/call", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("Echo", null)]
    [InlineData("AddToStatic", null)]
    [InlineData("AddToStatic", "9999999999")]
    [InlineData("AddToStatic", "")]
    [InlineData("GetStatic", "1")]
    [InlineData("EmitRaw", "1")]
    public async Task A_call_that_cannot_be_made_does_not_reach_the_guest(string function, string? argument)
    {
        await using Room room = await Room.OpenAsync(1);

        Outcome outcome = await room.CallAsync("sandbox-001", function, argument);

        Assert.False(outcome.Succeeded);
        Assert.Equal("GetStatic returned 0.", (await room.CallAsync("sandbox-001", "GetStatic")).Text);
    }

    [Fact]
    public async Task Tokens_are_random_and_long()
    {
        await using Room one = await Room.OpenAsync(0);
        await using Room other = await Room.OpenAsync(0);

        Assert.NotEqual(one.Token, other.Token);
        Assert.Equal(43, one.Token.Length); // 256 bits, 6 a character
    }

    private static (string, string) Bearer(Room room) => ("Authorization", $"Bearer {room.Token}");

    private static Task<HttpStatusCode> PostAsync(Room room, string path, params (string Name, string Value)[] headers) =>
        SendAsync(room, HttpMethod.Post, path, headers);

    private static async Task<HttpStatusCode> SendAsync(Room room, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (path.EndsWith("/call", StringComparison.Ordinal)) request.Content = new StringContent("{}", null, "application/json");
        foreach ((string name, string value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using HttpResponseMessage answer = await room.Stranger.SendAsync(request);
        return answer.StatusCode;
    }
}
