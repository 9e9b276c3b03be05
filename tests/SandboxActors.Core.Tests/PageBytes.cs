using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

internal static class PageBytes
{
    /// <summary>A page's content, written out.</summary>
    public static byte[] Bytes(this Page page)
    {
        byte[] bytes = new byte[GuestAddress.PageSize];
        page.CopyTo(bytes);
        return bytes;
    }
}
