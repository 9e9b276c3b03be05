using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Guests;

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
            .WithSandboxes(configure ?? (options => options.Guest("simple", GuestFiles.Path("simple")))));
        builder.Services.AddSandboxes();
        services?.Invoke(builder.Services);
        return builder.Build();
    }

    public static ISandboxes Sandboxes(this IHost host) => host.Services.GetRequiredService<ISandboxes>();
}
