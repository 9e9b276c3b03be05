namespace SandboxActors.Kvm.Native;

/// <summary>A time in seconds and nanoseconds, as <c>&lt;time.h&gt;</c> has it.</summary>
internal struct @timespec
{
    public long tv_sec;
    public long tv_nsec;
}
