using Akka.Streams;
using Akka.Streams.Stage;
using Akka.Streams.Supervision;
using SandboxActors.Core;
using SandboxActors.Core.Calls;

namespace SandboxActors.Streams;

/// <summary>One call for each element, as many at a time as there are sandboxes; results in the order of their elements.</summary>
/// <remarks>
/// Elements are asked for only while there is demand that no result satisfies yet. So with one sandbox no call is made that nobody waits for, and
/// with several at most one for each. Calls that are left when the stage ends, because downstream has gone or something failed, are ended.
/// </remarks>
internal sealed class CallStage<TIn, TOut> : GraphStage<FlowShape<TIn, TOut>>
{
    private readonly Inlet<TIn> _in = new("SandboxCall.in");
    private readonly Outlet<TOut> _out = new("SandboxCall.out");
    private readonly SandboxRef[] _sandboxes;
    private readonly string _function;
    private readonly CallOptions _options;

    public CallStage(SandboxRef[] sandboxes, string function, CallOptions options)
    {
        _sandboxes = sandboxes;
        _function = function;
        _options = options;
        Shape = new FlowShape<TIn, TOut>(_in, _out);
    }

    /// <inheritdoc />
    public override FlowShape<TIn, TOut> Shape { get; }

    /// <inheritdoc />
    public override string ToString() => $"SandboxCall({_function})";

    /// <inheritdoc />
    protected override Attributes InitialAttributes => Attributes.CreateName("sandbox-call");

    /// <inheritdoc />
    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, inheritedAttributes);

    /// <summary>A call that has not given its element yet, or has given none.</summary>
    private sealed class Made(Task<TOut> call)
    {
        public Task<TOut> Call { get; } = call;

        /// <summary>Whether the stage knows that it has ended, and if it failed has asked what shall become of that.</summary>
        public bool IsKnownToHaveEnded { get; set; }
    }

    private sealed class Logic : InAndOutGraphStageLogic
    {
        private readonly CallStage<TIn, TOut> _stage;
        private readonly Decider _decider;
        private readonly Action<Made> _ended;

        // In the order of their elements, and no more than there are sandboxes: so the one whose turn it is has ended its last call.
        private readonly Queue<Made> _calls = new();
        private CancellationTokenSource? _cancellation;
        private CallOptions _options;
        private int _turn;

        public Logic(CallStage<TIn, TOut> stage, Attributes attributes)
            : base(stage.Shape)
        {
            _stage = stage;
            _options = stage._options;
            _decider = Failures.DeciderOf(attributes);
            _ended = GetAsyncCallback<Made>(HasEnded);
            SetHandlers(stage._in, stage._out, this);
        }

        public override void PreStart()
        {
            _cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stage._options.Cancellation);
            _options = _stage._options with { Cancellation = _cancellation.Token };
        }

        public override void OnPush()
        {
            SandboxRef sandbox = _stage._sandboxes[_turn];
            _turn = (_turn + 1) % _stage._sandboxes.Length;
            var made = new Made(sandbox.CallAsync<TOut>(_stage._function, _options, ResultType<TIn>.Write(Grab(_stage._in))));
            _calls.Enqueue(made);
            Failures.WhenEnded(made.Call, made, _ended);
            TakeMore();
        }

        public override void OnPull()
        {
            TakeMore();
            PushNext();
        }

        public override void OnUpstreamFinish()
        {
            if (_calls.Count == 0) CompleteStage();
        }

        public override void PostStop()
        {
            if (_calls.Any(static made => !made.Call.IsCompleted)) _cancellation?.Cancel();
            _cancellation?.Dispose();
        }

        private void HasEnded(Made made)
        {
            made.IsKnownToHaveEnded = true;

            // A failure does not wait for those before it, whose calls have not ended.
            if (Failures.Of(made.Call) is { } failure && _decider(failure) == Directive.Stop) FailStage(failure);
            else PushNext();
        }

        /// <summary>Gives the next result if it is there and wanted; those that have failed, and were passed over, give none.</summary>
        private void PushNext()
        {
            while (IsAvailable(_stage._out) && _calls.TryPeek(out Made? next) && next.IsKnownToHaveEnded)
            {
                _calls.Dequeue();
                if (next.Call.IsCompletedSuccessfully) Push(_stage._out, next.Call.Result);
            }

            if (_calls.Count == 0 && IsClosed(_stage._in)) CompleteStage();
            else TakeMore();
        }

        private void TakeMore()
        {
            bool isWanted = IsAvailable(_stage._out) && _calls.Count < _stage._sandboxes.Length;
            if (isWanted && !IsClosed(_stage._in) && !HasBeenPulled(_stage._in)) Pull(_stage._in);
        }
    }
}
