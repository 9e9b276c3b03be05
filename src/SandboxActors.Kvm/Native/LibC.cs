using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>The calls of the C library that KVM needs, with C's names.</summary>
/// <remarks>
/// <c>ioctl</c> and <c>open</c> are variadic in C. The x86-64 calling convention passes integer arguments of a variadic call in the same registers;
/// only the count of vector registers differs, which these functions do not look at.
/// </remarks>
internal static unsafe partial class LibC
{
    public const int O_RDWR = 2;
    public const int O_CLOEXEC = 0x80000;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const nint MAP_FAILED = -1;
    public const int SIG_BLOCK = 0;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string pathname, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(nint fd);

    // No SuppressGCTransition here: KVM_RUN lasts as long as the guest pleases, and a thread inside it must not hold up a garbage collection.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeHandle fd, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(nint addr, nuint length, int prot, int flags, SafeHandle fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tgkill(int tgid, int tid, int sig);

    [LibraryImport("libc")]
    public static partial int gettid();

    // Returns its error instead of setting errno.
    [LibraryImport("libc")]
    public static partial int pthread_sigmask(int how, ulong* set, ulong* oldset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sigtimedwait(ulong* set, void* info, timespec* timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sigaction(int signum, void* act, void* oldact);
}
