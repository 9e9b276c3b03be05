using System.Runtime.Intrinsics.X86;

namespace SandboxActors.Core.Exitless;

/// <summary>What a processor does between two looks at memory that another one writes.</summary>
internal static class Pausing
{
    /// <summary>Gives way for some tens of nanoseconds; the runtime's own waiting is measured in as many more.</summary>
    public static void Once()
    {
        if (X86Base.IsSupported) X86Base.Pause();
        else Thread.SpinWait(1);
    }
}
