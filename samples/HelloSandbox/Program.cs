using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors;
using SandboxActors.Hosting;
using SandboxActors.Kvm;

if (KvmHypervisor.Probe() is { IsUsable: false } kvm)
{
    Console.Error.WriteLine(kvm.Reason);
    return 3;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSandboxes(options => options.Guest("hello", "guests/hello.elf"));
using IHost host = builder.Build();
await host.StartAsync();

ISandboxes sandboxes = host.Services.GetRequiredService<ISandboxes>();
SandboxRef sandbox = await sandboxes.CreateAsync("hello", s => s.HostFunction("HostAdd", (int a, int b) => a + b));

Console.WriteLine(await sandbox.CallAsync<string>("Greet", "world"));
Console.WriteLine($"2 + 3 = {await sandbox.CallAsync<int>("Add", 2, 3)}");

await host.StopAsync();
return 0;
