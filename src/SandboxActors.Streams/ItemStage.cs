using Akka.Streams;
using Akka.Streams.Stage;
using Akka.Streams.Supervision;

namespace SandboxActors.Streams;

/// <summary>One enumeration of a sandbox's stream for each element, one after the other; their items follow each other.</summary>
/// <remarks>
/// An item is asked for when there is demand, and not before. When the stage ends before its items do, it leaves like any consumer who stops early:
/// the guest is told at its next yield and can come to its end, so a stream that takes only some items costs no sandbox its state.
/// </remarks>
internal sealed class ItemStage<TIn, TOut> : GraphStage<FlowShape<TIn, TOut>>
{
    private readonly Inlet<TIn> _in = new("SandboxItems.in");
    private readonly Outlet<TOut> _out = new("SandboxItems.out");
    private readonly Func<TIn, IAsyncEnumerable<TOut>> _open;

    /// <param name="open">The stream of an element, whose enumerator may be disposed of while an item is waited for.</param>
    public ItemStage(Func<TIn, IAsyncEnumerable<TOut>> open)
    {
        _open = open;
        Shape = new FlowShape<TIn, TOut>(_in, _out);
    }

    /// <inheritdoc />
    public override FlowShape<TIn, TOut> Shape { get; }

    /// <inheritdoc />
    public override string ToString() => "SandboxItems";

    /// <inheritdoc />
    protected override Attributes InitialAttributes => Attributes.CreateName("sandbox-items");

    /// <inheritdoc />
    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, inheritedAttributes);

    private sealed class Logic : InAndOutGraphStageLogic
    {
        private readonly ItemStage<TIn, TOut> _stage;
        private readonly Decider _decider;
        private readonly Action<Task<bool>> _moved;
        private IAsyncEnumerator<TOut>? _items;

        public Logic(ItemStage<TIn, TOut> stage, Attributes attributes)
            : base(stage.Shape)
        {
            _stage = stage;
            _decider = Failures.DeciderOf(attributes);
            _moved = GetAsyncCallback<Task<bool>>(HasMoved);
            SetHandlers(stage._in, stage._out, this);
        }

        public override void OnPush()
        {
            _items = _stage._open(Grab(_stage._in)).GetAsyncEnumerator();
            Move();
        }

        public override void OnPull()
        {
            if (_items is null) Pull(_stage._in);
            else Move();
        }

        public override void OnUpstreamFinish()
        {
            if (_items is null) CompleteStage();
        }

        public override void PostStop() => Leave();

        private void Move()
        {
            ValueTask<bool> move = _items!.MoveNextAsync();
            if (move.IsCompletedSuccessfully)
            {
                HasMoved(move.Result);
                return;
            }

            Task<bool> later = move.AsTask();
            Failures.WhenEnded(later, later, _moved);
        }

        private void HasMoved(Task<bool> move)
        {
            if (Failures.Of(move) is not { } failure) HasMoved(move.Result);
            else if (_decider(failure) == Directive.Stop) FailStage(failure);
            else TakeNext();
        }

        private void HasMoved(bool isThere)
        {
            if (isThere) Push(_stage._out, _items!.Current);
            else TakeNext();
        }

        private void TakeNext()
        {
            Leave();
            if (IsClosed(_stage._in)) CompleteStage();
            else Pull(_stage._in);
        }

        // Whoever leaves a sandbox's stream waits for nobody: this has completed when it returns.
        private void Leave()
        {
            _ = _items?.DisposeAsync().AsTask();
            _items = null;
        }
    }
}
