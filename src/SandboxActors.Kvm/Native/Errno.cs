namespace SandboxActors.Kvm.Native;

/// <summary>Error numbers of Linux on x86-64 (<c>&lt;asm-generic/errno.h&gt;</c>).</summary>
internal static class Errno
{
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EPERM = 1;
    public const int ENODEV = 19;
    public const int EHWPOISON = 133;
}
