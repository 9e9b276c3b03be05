using SandboxActors.Core.Machines;
using SandboxActors.Core.Pooling;

namespace SandboxActors.Core;

// Micro-VMs made ahead, in the background: making one takes milliseconds, and its first run and the first touch of each page cost too. One filler a shape at a
// time; it makes one after the other, since the kernel would make them one after the other anyway.
public sealed partial class SandboxPool
{
    /// <summary>
    /// Keeps some micro-VMs ready for sandboxes of a builder, as far as <see cref="SandboxPoolOptions.MaximumLive"/> allows: each has run its guest once and
    /// holds a snapshot, so that a fork of that has the least to wait for. They are made in the background, now and whenever some have been taken.
    /// </summary>
    /// <remarks>
    /// To touch what a call touches the guest is called once, by a name that it does not have, for a second at most. What it does then nobody sees: it has no
    /// host functions, its log goes nowhere, and its state is put back.
    /// </remarks>
    /// <param name="builder">Whose sandboxes they are for.</param>
    /// <param name="golden">A snapshot that can be forked by that builder.</param>
    /// <param name="count">How many are to be free; zero to keep none any more.</param>
    /// <returns>Completes when there are as many, or as many as may be, for the first time; fails if one cannot be made, as making a sandbox would.</returns>
    /// <exception cref="ArgumentException">The snapshot cannot be forked by that builder.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="MissingHostFunctionsException">The snapshot's sandbox had host functions that the builder does not have.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public Task KeepReady(SandboxBuilder builder, Snapshot golden, int count)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(golden);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        SandboxDefinitionParts parts = Sandbox.CheckForkable(builder.Parts, golden);
        var stock = new ReadyStock(parts, golden, count);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Shelf shelf = ShelfFor(parts.Shape);
            shelf.Stock?.HasBeenFilled(); // nobody waits for what is not wanted any more
            shelf.Stock = stock;
            if (MustFill(shelf)) FillSoon(parts.Shape, shelf);
            else if (shelf.Filler is null) stock.HasBeenFilled();
        }

        return stock.WhenFilled;
    }

    // Under the lock.
    private bool MustFill(Shelf shelf) => !_disposed && shelf.IsShort && _live < _options.MaximumLive;

    // Under the lock.
    private void FillSoon(MicroVmShape shape, Shelf shelf)
    {
        if (shelf.Filler is null && MustFill(shelf)) shelf.Filler = Task.Run(() => Fill(shape, shelf));
    }

    private void Fill(MicroVmShape shape, Shelf shelf)
    {
        while (BeginFilling(shelf) is { } stock)
        {
            MicroVm vm;
            try
            {
                vm = Make(shape);
            }
            catch (Exception failure) when (EndFilling(shelf, stock, failure))
            {
                return;
            }

            bool isSound = Sandbox.TryWarm(stock.Parts, vm, stock.Golden);
            lock (_lock)
            {
                isSound &= !_disposed;
                if (isSound)
                {
                    shelf.Free.Push(vm);
                    _fillingFailure = null;
                }
                else
                {
                    _live--;
                }
            }

            if (isSound) continue;
            vm.Dispose();
            EndFilling(shelf, stock, new InvalidOperationException("A micro-VM that was made ahead could not be loaded, or its pool was disposed."));
            return;
        }
    }

    private ReadyStock? BeginFilling(Shelf shelf)
    {
        lock (_lock)
        {
            if (MustFill(shelf))
            {
                _live++;
                return shelf.Stock;
            }

            shelf.Stock?.HasBeenFilled();
            shelf.Filler = null;
            return null;
        }
    }

    // Nobody waits for a filler that goes on where some were taken: who needs the next one finds none, makes it, and learns why that fails.
    private bool EndFilling(Shelf shelf, ReadyStock stock, Exception failure)
    {
        lock (_lock)
        {
            shelf.Filler = null;
            _fillingFailure = failure;
            stock.CannotBeFilled(failure);
            return true;
        }
    }
}
