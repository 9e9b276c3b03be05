using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>Looks at what a page holds.</summary>
internal static class PageContent
{
    public static byte[] ToArray(this Page page)
    {
        byte[] content = new byte[GuestAddress.PageSize];
        page.CopyTo(content);
        return content;
    }
}
