using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>Tasks of host functions as tasks of a <see cref="GuestValue"/>.</summary>
internal static class HostTask
{
    public static async Task<GuestValue> FromTask(Task task)
    {
        await Returned(task).ConfigureAwait(false);
        return GuestValue.Void;
    }

    public static async Task<GuestValue> FromValueTask(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return GuestValue.Void;
    }

    public static async Task<GuestValue> FromTaskOf<T>(Task<T> task, Func<T, GuestValue> convert) => convert(await ((Task<T>)Returned(task)).ConfigureAwait(false));

    public static async Task<GuestValue> FromValueTaskOf<T>(ValueTask<T> task, Func<T, GuestValue> convert) => convert(await task.ConfigureAwait(false));

    private static Task Returned(Task? task) => task ?? throw new InvalidOperationException("The host function returned no task.");
}
