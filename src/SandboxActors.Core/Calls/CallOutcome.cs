using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>What a guest's answer means for the call that it answers.</summary>
internal static class CallOutcome
{
    /// <exception cref="WireFormatException">The result has another type than was asked for.</exception>
    public static GuestStep Of(GuestCall call, in FunctionResult result)
    {
        if (result.IsError) return GuestStep.Failed(GuestFailure.For(call.Function, result.ErrorCode, result.ErrorMessage));
        return result.Value.Type == call.ReturnType
            ? GuestStep.Completed(result.Value)
            : throw new WireFormatException($"the result is of type {result.Value.Type} where {call.ReturnType} was asked for");
    }
}
