using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Runs calls in batches, or one by one, and says in words how each ended: the two must read the same.</summary>
internal sealed class TogetherAndAlone : IBatchAnswers
{
    private readonly List<string> _ended = [];
    private GuestInvocation[] _calls = [];

    /// <summary>What else happens when answers are told.</summary>
    public Action<int> OnTold { get; set; } = static _ => { };

    public static GuestInvocation Call(string function, GuestValueType returnType, params GuestValue[] arguments) =>
        new(function, returnType, arguments);

    /// <summary>Runs them one by one; after a poisoning on restored state.</summary>
    public static List<string> Alone(Sandbox sandbox, params GuestInvocation[] calls)
    {
        Snapshot snapshot = sandbox.Snapshot();
        var ended = new List<string>();
        foreach (GuestInvocation call in calls)
        {
            try
            {
                ended.Add(Describe(call, sandbox.Invoke(call.Function, call.ReturnType, call.Arguments.Span)));
            }
            catch (SandboxException failure)
            {
                ended.Add(Describe(call, failure));
                if (sandbox.Poisoned) sandbox.Restore(snapshot);
            }
        }

        return ended;
    }

    /// <summary>Runs them in as few batches as there can be, which must be so many; after a poisoning the rest on restored state.</summary>
    public List<string> Together(Sandbox sandbox, int batches, params GuestInvocation[] calls)
    {
        Snapshot snapshot = sandbox.Snapshot();
        _calls = calls;
        while (_ended.Count < calls.Length)
        {
            batches--;
            Run(sandbox);
            if (sandbox.Poisoned) sandbox.Restore(snapshot);
        }

        Assert.Equal(0, batches);
        return _ended;
    }

    void IBatchAnswers.Answered(int first, ReadOnlySpan<GuestStep> answers)
    {
        foreach (GuestStep answer in answers) Add(answer);
        OnTold(_ended.Count);
    }

    private void Run(Sandbox sandbox)
    {
        GuestCall call = sandbox.StartBatch(_calls.AsSpan(_ended.Count), this, out int taken);
        int last = _ended.Count + taken;
        GuestStep step;
        do
        {
            step = call.Step();
            step.Waiting?.Wait();
        }
        while (!call.IsFinished);

        Add(step);
        Assert.True(sandbox.Poisoned || _ended.Count == last);
    }

    private void Add(GuestStep step)
    {
        GuestInvocation call = _calls[_ended.Count];
        _ended.Add(step.Failure is { } failure ? Describe(call, failure) : Describe(call, step.Value));
    }

    private static string Describe(GuestInvocation call, GuestValue value) =>
        $"{call.Function}: {(value.Type == GuestValueType.Bytes ? Convert.ToHexString(value.AsBytes()) : value.ToString())}";

    // How far down a stack reaches that overflows depends on how deep it was before, which nobody is promised.
    private static string Describe(GuestInvocation call, SandboxException failure) => failure is GuestStackException overflow
        ? $"{call.Function}: poisoned by {overflow.Reason.Kind}"
        : $"{call.Function}: {failure.GetType().Name}: {failure.Message}";
}
