using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Guests;
using SandboxActors.Hosting;

namespace SandboxActors.Benchmarks;

/// <summary>A host with sandboxes for the short runs, on the backend that the command line says: <c>--backend kvm</c> or <c>--backend
/// emulator</c>.</summary>
internal sealed class BenchmarkHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchmarkHost(IHost host) => _host = host;

    public ISandboxes Sandboxes => _host.Services.GetRequiredService<ISandboxes>();

    /// <summary>Starts one with the guests <c>simple</c> and <c>compute</c>.</summary>
    /// <param name="backend">What it runs on.</param>
    /// <param name="configure">What else is to be said.</param>
    public static async Task<BenchmarkHost> StartAsync(SandboxBackend backend, Action<SandboxesOptions>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSandboxes(options =>
        {
            options.Guest("simple", GuestFiles.Path("simple")).Guest("compute", GuestFiles.Path("compute")).Backend(backend);
            configure?.Invoke(options);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return new BenchmarkHost(host);
    }

    /// <summary>The backend that the command line names; <see cref="SandboxBackend.Auto"/> if it names none.</summary>
    public static SandboxBackend BackendFrom(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i + 1 < arguments.Count; i++)
            if (arguments[i] == "--backend") return Enum.Parse<SandboxBackend>(arguments[i + 1], ignoreCase: true);
        return SandboxBackend.Auto;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
