using System.CommandLine;
using ControlRoom;
using SandboxActors;
using SandboxActors.Kvm;

const int WrongSetting = 2;
const int KvmMissing = 3;
const int PortTaken = 4;
const int ShortestToken = 16;

var port = new Option<int>("--port") { Description = "The port on the loopback interface; 0 for one that is free.", DefaultValueFactory = _ => 5080 };
var sandboxes = new Option<int>("--sandboxes") { Description = "How many sandboxes there are at the start.", DefaultValueFactory = _ => 200 };
var token = new Option<string?>("--token") { Description = "What lets its bearer change something; a random one unless given." };
var quiet = new Option<bool>("--quiet") { Description = "Gives the sandboxes nothing to do." };
port.Validators.Add(result => RequireBetween(result, 0, ushort.MaxValue));
sandboxes.Validators.Add(result => RequireBetween(result, 0, Fleet.MostSandboxes));
token.Validators.Add(result =>
{
    if (result.GetValueOrDefault<string?>() is { Length: < ShortestToken }) result.AddError($"--token must have {ShortestToken} characters or more.");
});

var command = new RootCommand("A live page of all sandboxes: what they do, how they die and heal, and buttons to act on them.")
{
    port, sandboxes, token, quiet,
};
command.SetAction(async (parsed, cancelled) =>
{
    var options = new ControlRoomOptions
    {
        Port = parsed.GetValue(port),
        Sandboxes = parsed.GetValue(sandboxes),
        HasDemoLoad = !parsed.GetValue(quiet),
    };
    if (parsed.GetValue(token) is { } given) options = options with { Token = given };
    try
    {
        await using ControlRoomApp room = await ControlRoomApp.OpenAsync(options, cancelled);
        Console.WriteLine($"The control room is open: {room.AddressWithToken}");
        Console.WriteLine($"To look only: {room.Address}");
        await room.WaitForEndAsync(cancelled);
        return 0;
    }
    catch (Exception exception) when (exception is KvmUnavailableException or SandboxConfigurationException or IOException)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return exception switch { KvmUnavailableException => KvmMissing, IOException => PortTaken, _ => WrongSetting };
    }
});
// Hundreds of sandboxes end together with the program, each with its call in flight.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });

static void RequireBetween(System.CommandLine.Parsing.OptionResult result, int minimum, int maximum)
{
    int value = result.GetValueOrDefault<int>();
    if (value < minimum || value > maximum) result.AddError($"{result.Option.Name} must be at least {minimum} and at most {maximum}, not {value}.");
}
