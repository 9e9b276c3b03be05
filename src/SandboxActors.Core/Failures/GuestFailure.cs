using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>The exception for an error that a guest answered with: refused before its function ran, or reported by it.</summary>
internal static class GuestFailure
{
    public static SandboxException For(string function, int code, string message) => (GuestErrorCode)code switch
    {
        GuestErrorCode.GuestFunctionNotFound => Refused(function, CallRefusal.FunctionNotFound, message),
        GuestErrorCode.FunctionNameMissing => Refused(function, CallRefusal.FunctionNameMissing, message),
        GuestErrorCode.WrongParameterCount => Refused(function, CallRefusal.WrongParameterCount, message),
        GuestErrorCode.ParameterTypeMismatch => Refused(function, CallRefusal.ParameterTypeMismatch, message),
        GuestErrorCode.UnsupportedParameterType => Refused(function, CallRefusal.UnsupportedParameterType, message),
        var other => new GuestErrorException(function, other, message),
    };

    private static GuestCallRefusedException Refused(string function, CallRefusal refusal, string message) => new(function, refusal, message);
}
