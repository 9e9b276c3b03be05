using SandboxActors.Core;
using SandboxActors.Kvm;
using SandboxActors.Machine;

// SandboxActors.LimitProbe GUEST.elf: makes sandboxes of the simple guest on KVM until the system has no room for another, and says what works then.
const int MostSandboxes = 10_000;
const int Disposed = 10; // more than what the runtime may open meanwhile takes the place of

using KvmHypervisor hypervisor = KvmHypervisor.Open();
SandboxBuilder builder = new SandboxBuilder(hypervisor, GuestImage.FromFile(args[0])).CrashDumps(null);
var sandboxes = new List<Sandbox>();
MachineException first = MakeUntilRefused();
int made = sandboxes.Count;
MachineException second = MakeUntilRefused();

Console.WriteLine($"made: {made}");
Console.WriteLine($"refused: {first.Operation}, errno {first.Errno}: {first.Message}");
Console.WriteLine($"refused again in the same words but for numbers: {WithoutNumbers(first.Message) == WithoutNumbers(second.Message)}");
Console.WriteLine($"none is made meanwhile, and machines have two descriptors each: {sandboxes.Count == made && CountDescriptors() == 2 * made}");
Console.WriteLine($"all answer: {sandboxes.TrueForAll(static sandbox => sandbox.Call<string>("Echo", "here") == "here")}");
Console.WriteLine($"files can be opened: {File.ReadAllBytes(args[0]).Length > 0}");

for (int i = 0; i < Disposed; i++)
{
    sandboxes[^1].Dispose();
    sandboxes.RemoveAt(sandboxes.Count - 1);
}

MakeUntilRefused();
Console.WriteLine($"where some were disposed others can be made: {sandboxes.Count > made - Disposed}");
foreach (Sandbox sandbox in sandboxes) sandbox.Dispose();

MachineException MakeUntilRefused()
{
    while (sandboxes.Count < MostSandboxes)
    {
        try
        {
            sandboxes.Add(builder.Build());
        }
        catch (MachineException refused)
        {
            return refused;
        }
    }

    throw new InvalidOperationException($"{MostSandboxes} sandboxes were made, and none was refused.");
}

// Not all that are open: the runtime opens more as it goes.
static int CountDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
    .Count(static descriptor => new FileInfo(descriptor).LinkTarget is { } target && (target.Contains("kvm-vm", StringComparison.Ordinal) || target.Contains("kvm-vcpu", StringComparison.Ordinal)));

static string WithoutNumbers(string text) => string.Concat(text.Where(static letter => !char.IsAsciiDigit(letter)));
