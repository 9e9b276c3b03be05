using SandboxActors;
using SandboxActors.Core;

namespace SelfHealing;

/// <summary>All the ways to poison a sandbox that the simple guest knows.</summary>
internal static class Misdeeds
{
    public static IReadOnlyList<Misdeed> All { get; } =
    [
        new("panic", nameof(PoisonReason.Panicked), worker => worker.Sandbox.CallAsync("guest_panic", "on purpose")),
        new("abort", nameof(PoisonReason.Aborted), worker => worker.Sandbox.CallAsync("GuestAbortWithMessage", 42, "on purpose")),
        new("undefined instruction", nameof(PoisonReason.Faulted), worker => worker.Sandbox.CallAsync("TriggerException")),
        new("division by zero", nameof(PoisonReason.Faulted), worker => worker.Sandbox.CallAsync("DivideByZero")),
        new("write to read-only memory", nameof(PoisonReason.MemoryViolation), worker => worker.Sandbox.CallAsync("WriteInputBufferForever")),
        new("stack overflow", nameof(PoisonReason.StackOverflowed), worker => worker.Sandbox.CallAsync("InfiniteRecursion")),
        new("stack smashed", nameof(PoisonReason.StackCorrupted), worker => worker.Sandbox.CallAsync<int>("BufferOverrun", new string('x', 100))),
        new("heap exhausted", nameof(PoisonReason.HeapExhausted), worker => worker.Sandbox.CallAsync("ExhaustHeap")),
        new("foreign port", nameof(PoisonReason.PortViolation), worker => worker.Sandbox.CallAsync("OutbWithPort", 0x80u, 1u)),
        new(
            "garbage for an answer", nameof(PoisonReason.InvalidMessage), worker => worker.Sandbox.CallAsync("CorruptOutputSizePrefix", uint.MaxValue)),
        new("spins and is killed", nameof(PoisonReason.Killed), SpinAndKillAsync),
    ];

    private static async Task SpinAndKillAsync(Worker worker)
    {
        Task spin = worker.Sandbox.CallAsync("CallHostThenSpin", Worker.InsideFunction);
        await worker.Inside; // a kill before that would find nothing
        if (await worker.Sandbox.KillAsync() != KillOutcome.Killed) throw new WrongAnswerException("A guest that spins for ever was not killed.");
        await spin;
    }
}
