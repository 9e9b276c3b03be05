using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using SandboxActors.Hosting;

namespace ControlRoom;

/// <summary>A control room that is open: sandboxes, what watches them, and the web server in front.</summary>
internal sealed class ControlRoomApp : IAsyncDisposable
{
    /// <summary>How many connections there may be at a time.</summary>
    public const int MostConnections = 100;

    private const int LargestRequest = 64 * 1024; // bytes

    private readonly WebApplication _web;

    private ControlRoomApp(WebApplication web, ControlRoomOptions options)
    {
        _web = web;
        Options = options;
        Address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>What it was opened with.</summary>
    public ControlRoomOptions Options { get; }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Where the page is for who may change something. What stands behind # is never sent to a server.</summary>
    public Uri AddressWithToken => new(Address, $"#token={Options.Token}");

    /// <summary>What clients are told.</summary>
    public Feed Feed => _web.Services.GetRequiredService<Feed>();

    /// <summary>Opens a control room.</summary>
    /// <exception cref="SandboxActors.Kvm.KvmUnavailableException">The backend kvm was asked for, and cannot be used.</exception>
    /// <exception cref="SandboxActors.SandboxConfigurationException">A setting, or the environment's choice of a backend, is wrong.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ControlRoomApp> OpenAsync(ControlRoomOptions options, CancellationToken cancelled = default)
    {
        WebApplication web = Build(options);
        try
        {
            await web.StartAsync(cancelled);
            return new ControlRoomApp(web, options);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the program is told to end.</summary>
    public Task WaitForEndAsync(CancellationToken cancelled) => _web.WaitForShutdownAsync(cancelled);

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync();
        await _web.DisposeAsync();
    }

    private static WebApplication Build(ControlRoomOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Error)
            .AddFilter("SandboxActors", level => level == LogLevel.Information) // one line: which backend runs, and why; poisonings are on the page
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical) // a start that fails is told by who wanted it
            .AddSimpleConsole(console => console.SingleLine = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
            (json.SerializerOptions.RespectNullableAnnotations, json.SerializerOptions.RespectRequiredConstructorParameters) = (true, true));
        builder.Services
            .AddSandboxes(DemoGuest.Register)
            .AddSingleton(options)
            .AddSingleton(options.Time)
            .AddSingleton<Fleet>()
            .AddSingleton<Poisonings>()
            .AddSingleton<Rates>()
            .AddSingleton<Feed>()
            .AddHostedService<RateListener>()
            .AddHostedService<FleetWatch>()
            .AddHostedService<DemoLoad>();

        WebApplication web = builder.Build();
        web.UseRequestGuard(new AccessToken(options.Token));
        web.UseFileServer();
        web.MapViews();
        web.MapActions();
        return web;
    }
}
