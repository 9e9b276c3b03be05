using System.CommandLine;
using SandboxActors;
using SandboxActors.Kvm;
using SelfHealing;

const int WrongSetting = 2;
const int KvmMissing = 3;

var sandboxes = new Option<int>("--sandboxes") { Description = "How many sandboxes there are.", DefaultValueFactory = _ => 200 };
var seconds = new Option<int>("--seconds") { Description = "How long they work.", DefaultValueFactory = _ => 20 };
var seed = new Option<int>("--seed") { Description = "What decides who does what.", DefaultValueFactory = _ => 1 };
sandboxes.Validators.Add(result => RequireBetween(result, 1, 10_000));
seconds.Validators.Add(result => RequireBetween(result, 1, 3_600));

var command = new RootCommand("Sandboxes are called, poisoned in every way there is, killed and healed; every answer is checked.")
{
    sandboxes, seconds, seed,
};
command.SetAction(async (parsed, cancelled) =>
{
    var run = new HealingRun(parsed.GetValue(sandboxes), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed));
    try
    {
        return await run.RunAsync(cancelled) ? 0 : 1;
    }
    catch (Exception exception) when (exception is KvmUnavailableException or SandboxConfigurationException)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return exception is KvmUnavailableException ? KvmMissing : WrongSetting;
    }
});
return await command.Parse(args).InvokeAsync();

static void RequireBetween(System.CommandLine.Parsing.OptionResult result, int minimum, int maximum)
{
    int value = result.GetValueOrDefault<int>();
    if (value < minimum || value > maximum) result.AddError($"{result.Option.Name} must be at least {minimum} and at most {maximum}, not {value}.");
}
