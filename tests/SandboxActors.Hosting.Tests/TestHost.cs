using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.Hosting.Tests;

/// <summary>Hosts as a program makes them, that log nothing.</summary>
internal static class TestHost
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.log-dead-letters = off, akka.log-dead-letters-during-shutdown = off";

    /// <param name="configure">The sandboxes' options; the simple guest unless they say otherwise.</param>
    /// <param name="hocon">What goes over the reference settings.</param>
    /// <param name="services">More services.</param>
    public static IHost Build(Action<SandboxesOptions>? configure = null, string hocon = "", Action<IServiceCollection>? services = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("hosted", akka => akka
            .AddHocon(hocon.Length == 0 ? Quiet : Quiet + "\n" + hocon, HoconAddMode.Prepend)
            .WithSandboxes(options =>
            {
                options.IgnoreEnvironment();
                (configure ?? WithSimpleGuest)(options);
            }));
        builder.Services.AddSandboxes();
        services?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Options that register the simple guest.</summary>
    public static void WithSimpleGuest(SandboxesOptions options) => options.Guest("simple", GuestFiles.Path("simple"));

    /// <summary>Has sandboxes run on a backend as a program does; the test is skipped where it is not there.</summary>
    /// <param name="options">The options.</param>
    /// <param name="backend">Its name.</param>
    public static SandboxesOptions On(this SandboxesOptions options, string backend)
    {
        Backends.Open(backend);
        return options.IgnoreEnvironment().Backend(Enum.Parse<SandboxBackend>(backend, ignoreCase: true));
    }

    public static ISandboxes Sandboxes(this IHost host) => host.Services.GetRequiredService<ISandboxes>();

    /// <summary>Whoever runs the tests may have chosen a backend for other programs.</summary>
    private static SandboxesOptions IgnoreEnvironment(this SandboxesOptions options)
    {
        options.ReadEnvironment = static _ => null;
        return options;
    }
}
