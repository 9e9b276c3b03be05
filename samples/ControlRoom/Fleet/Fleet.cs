using System.Globalization;
using SandboxActors;
using SandboxActors.Core;

namespace ControlRoom;

/// <summary>
/// All sandboxes of this control room. Every change of one has a number, so that a reader can ask for what has changed since it last asked, and
/// nothing has to be kept for readers. From any thread.
/// </summary>
internal sealed class Fleet(ISandboxes sandboxes, ControlRoomOptions options, TimeProvider time)
{
    /// <summary>How many sandboxes there may be at most, whatever the options say.</summary>
    public const int MostSandboxes = 2_000;

    /// <summary>How many removals are kept for readers; one who missed more is told everything again.</summary>
    public const int RemovalsKept = 100;

    /// <summary>How long one that has stopped is shown.</summary>
    public static readonly TimeSpan StoppedIsShown = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly Queue<(string Name, long Change)> _removed = [];
    private readonly Lazy<SandboxDefinition> _definition = new(() => DemoGuest.Define(sandboxes, options.Backoff)); // none is ready yet
    private long _change;
    private long _forgotten;
    private int _made;
    private int _reserved;

    /// <summary>Those that have not stopped.</summary>
    public IReadOnlyList<Cell> Live
    {
        get
        {
            lock (_lock) return [.. _cells.Values.Where(cell => cell.StoppedAt is null)];
        }
    }

    /// <summary>Makes one more.</summary>
    /// <exception cref="FleetFullException">There may be no more.</exception>
    /// <exception cref="SandboxException">Its guest did not start, or the actor system has ended.</exception>
    /// <exception cref="SandboxActors.Machine.MachineException">The system refused.</exception>
    public async Task<Cell> AddAsync()
    {
        int number;
        lock (_lock)
        {
            if (_cells.Values.Count(cell => cell.StoppedAt is null) + _reserved >= options.Capacity) throw new FleetFullException(options.Capacity);
            _reserved++;
            number = ++_made;
        }

        try
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"sandbox-{number:000}");
            SandboxRef sandbox = await sandboxes.CreateAsync(_definition.Value, name);
            var cell = new Cell(number, sandbox, CellView.New(name), await sandbox.SnapshotAsync());
            lock (_lock)
            {
                _cells.Add(name, cell);
                cell.Change = ++_change;
            }

            return cell;
        }
        finally
        {
            lock (_lock) _reserved--;
        }
    }

    /// <summary>The sandbox of a name, if it has not stopped.</summary>
    public Cell? Find(string name)
    {
        lock (_lock) return _cells.TryGetValue(name, out Cell? cell) && cell.StoppedAt is null ? cell : null;
    }

    /// <summary>Changes what is known of a sandbox. One that is not known, or has stopped, stays as it is.</summary>
    public void Update(string name, Func<CellView, CellView> change)
    {
        lock (_lock)
        {
            if (!_cells.TryGetValue(name, out Cell? cell) || cell.StoppedAt is not null) return;
            CellView view = change(cell.View);
            if (view == cell.View) return;
            cell.View = view;
            cell.Change = ++_change;
            if (view.State == CellState.Stopped) cell.StoppedAt = time.GetTimestamp();
        }
    }

    /// <summary>Removes those that stopped a while ago.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            foreach ((string name, Cell cell) in _cells)
            {
                if (cell.StoppedAt is not { } stopped || time.GetElapsedTime(stopped) < StoppedIsShown) continue;
                _cells.Remove(name);
                _removed.Enqueue((name, ++_change));
                if (_removed.Count > RemovalsKept) _forgotten = _removed.Dequeue().Change;
            }
        }
    }

    /// <summary>What has changed since.</summary>
    /// <param name="number">The number that the last answer gave; -1 for everything.</param>
    public FleetChanges Since(long number)
    {
        lock (_lock)
        {
            bool isWhole = number < _forgotten;
            return new FleetChanges(
                _change,
                isWhole,
                [.. _cells.Values.Where(cell => isWhole || cell.Change > number).OrderBy(cell => cell.Number).Select(cell => cell.View)],
                isWhole ? [] : [.. _removed.Where(removal => removal.Change > number).Select(removal => removal.Name)]);
        }
    }
}
