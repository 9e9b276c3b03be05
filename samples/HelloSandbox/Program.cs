using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors;
using SandboxActors.Hosting;
using SandboxActors.Kvm;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.None) // a start that fails is told below
    .AddFilter("SandboxActors", LogLevel.Information) // one line: which backend runs, and why
    .AddSimpleConsole(console => console.SingleLine = true);
builder.Services.AddSandboxes(options => options.Guest("hello", "guests/hello.elf"));
using IHost host = builder.Build();
try
{
    await host.StartAsync();
}
catch (Exception exception) when (exception is KvmUnavailableException or SandboxConfigurationException)
{
    Console.Error.WriteLine(exception.Message);
    return exception is KvmUnavailableException ? 3 : 2; // the backend kvm was asked for, or one that there is not
}

ISandboxes sandboxes = host.Services.GetRequiredService<ISandboxes>();
SandboxRef sandbox = await sandboxes.CreateAsync("hello", s => s.HostFunction("HostAdd", (int a, int b) => a + b));

Console.WriteLine(await sandbox.CallAsync<string>("Greet", "world"));
Console.WriteLine($"2 + 3 = {await sandbox.CallAsync<int>("Add", 2, 3)}");

await host.StopAsync();
return 0;
