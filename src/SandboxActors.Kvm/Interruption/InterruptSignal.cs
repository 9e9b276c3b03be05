using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// The signal that ends a run. Threads that run guests block it and KVM unblocks it while the guest runs, so that it makes KVM_RUN return and no
/// handler ever runs; what is pending afterwards is taken away with <c>sigtimedwait</c>.
/// </summary>
/// <remarks>A child process that such a thread starts inherits the blocked signal, as it does any other.</remarks>
internal static unsafe class InterruptSignal
{
    // Kernel numbers. The .NET runtime owns SIGRTMIN, which is 34 or 35 by C library; the numbers right behind it are what others reach for first.
    private const int First = 44;
    private const int Last = 64;

    // The C library's sigset_t has 1024 bits, of which the kernel knows 64.
    private const int SetWords = 16;
    private const int ActionBytes = 256;

    private static readonly Lazy<int> Number = new(Choose);

    [ThreadStatic]
    private static int _threadId;

    [ThreadStatic]
    private static ulong _runMask;

    /// <summary>Sees to it that a number is chosen.</summary>
    /// <exception cref="MachineException">The program uses every real-time signal.</exception>
    public static void Reserve() => _ = Number.Value;

    /// <summary>Blocks the signal on the calling thread, once and for good.</summary>
    /// <param name="runMask">
    /// The signals to block while a guest runs: what the thread blocked before, without this one. All others stay as the thread has them.
    /// </param>
    /// <returns>The thread's number, as the kernel counts.</returns>
    /// <exception cref="MachineException">The system refused.</exception>
    public static int PrepareThread(out ulong runMask)
    {
        if (_threadId == 0)
        {
            ulong* block = stackalloc ulong[SetWords];
            ulong* before = stackalloc ulong[SetWords];
            FillSet(block);
            new Span<ulong>(before, SetWords).Clear();
            // SAFETY: both sets are as large as the C library's.
            int errno = LibC.pthread_sigmask(LibC.SIG_BLOCK, block, before);
            if (errno != 0) throw MachineException.FromErrno("pthread_sigmask", errno);
            _runMask = before[0] & ~block[0];
            _threadId = LibC.gettid();
        }

        runMask = _runMask;
        return _threadId;
    }

    /// <summary>Sends the signal to a thread that runs a guest.</summary>
    /// <exception cref="MachineException">The system refused: the user has too many signals queued.</exception>
    public static void Send(int threadId)
    {
        if (LibC.tgkill(Environment.ProcessId, threadId, Number.Value) != 0)
            throw MachineException.FromErrno("tgkill", Marshal.GetLastPInvokeError());
    }

    /// <summary>Takes away what is pending of the signal on the calling thread. Does not wait.</summary>
    public static void Drain()
    {
        ulong* set = stackalloc ulong[SetWords];
        FillSet(set);
        var zero = default(timespec);
        // SAFETY: the set is as large as the C library's, and the kernel only reads the set and the time. EAGAIN: nothing is pending any more.
        while (LibC.sigtimedwait(set, null, &zero) > 0 || Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }
    }

    private static void FillSet(ulong* set)
    {
        // SAFETY: callers pass SetWords words.
        new Span<ulong>(set, SetWords).Clear();
        set[0] = 1UL << (Number.Value - 1);
    }

    private static int Choose()
    {
        byte* action = stackalloc byte[ActionBytes];
        for (int number = First; number <= Last; number++)
        {
            // SAFETY: struct sigaction has 152 bytes on x86-64; its first word is the handler, where zero is SIG_DFL.
            if (LibC.sigaction(number, null, action) == 0 && *(nint*)action == 0) return number;
        }

        throw new MachineException(
            "sigaction", 0, $"The program handles all real-time signals from {First} to {Last}; guests need one of them free to be interrupted.");
    }
}
