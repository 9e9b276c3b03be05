using System.Reflection.Emit;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>
/// Translates a region into one IL method. Registers are in locals from the entry to the exit; flags are computed where somebody looks (<see
/// cref="LazyFlags"/>). Before an instruction that cannot be done here (a fault, an exit, something rare) the method stores everything and leaves,
/// and the interpreter carries it out: so whatever goes wrong is the interpreter's to say, and the method itself has no faults.
/// </summary>
internal sealed partial class RegionTranslator
{
    private readonly IlWriter _il;
    private readonly IReadOnlyList<Block> _allBlocks;
    private readonly List<Block> _returnSites;
    private readonly List<RegionBlock> _blocks;
    private readonly Dictionary<ulong, RegionBlock> _byAddress;

    // What is off the straight path (slow accesses, exits, calls of handlers) is written behind it.
    private readonly Queue<Action> _deferred = new();
    private readonly List<Operation> _handed = [];
    private readonly List<Label> _resumptions = [];
    private readonly Label _handOver;
    private readonly LocalBuilder _handedIndex;
    private readonly LocalBuilder _rest;
    private readonly Label _epilogue;
    private readonly LocalBuilder _budget;
    private readonly LocalBuilder _rip;
    private RegionBlock _block;
    private Operation _operation;
    private int _done;
    private bool _isNeeded;

    private RegionTranslator(IReadOnlyList<Block> blocks)
    {
        _il = new IlWriter($"guest_{blocks[0].Start:x}");
        _allBlocks = blocks;
        _returnSites = [.. blocks.Where(block => RegionFormer.IsReturnSite(block, blocks))];
        _blocks = RegionBlock.Connect(blocks, _il);
        _byAddress = _blocks.ToDictionary(block => block.Block.Start);
        _epilogue = _il.DefineLabel();
        _handOver = _il.DefineLabel();
        _handedIndex = _il.Local(typeof(int));
        _rest = _il.Local(typeof(int));
        _budget = _il.Local(typeof(long));
        _rip = _il.Local(typeof(ulong));
        _flags = _il.Local(typeof(ulong));
        _flagCode = _il.Local(typeof(int));
        _flagFirst = _il.Local(typeof(ulong));
        _flagSecond = _il.Local(typeof(ulong));
        _flagThird = _il.Local(typeof(ulong));
        _address = _il.Local(typeof(ulong));
        _offset = _il.Local(typeof(ulong));
        _page = _il.Local(typeof(ulong));
        _permissions = _il.Local(typeof(byte[]));
        _memory = _il.Local(typeof(ulong));
        _left = _il.Local(typeof(ulong));
        _right = _il.Local(typeof(ulong));
        _result = _il.Local(typeof(ulong));
        _vectorMemory = _il.Local(typeof(Vector128<byte>));
        _double = _il.Local(typeof(double));
        _otherDouble = _il.Local(typeof(double));
        _doubleResult = _il.Local(typeof(double));
        _single = _il.Local(typeof(float));
        _otherSingle = _il.Local(typeof(float));
        _singleResult = _il.Local(typeof(float));
        _vectorResult = _il.Local(typeof(Vector128<byte>));
        _block = _blocks[0];
        _operation = _block.Block.Operations[0];
    }

    /// <summary>Translates.</summary>
    /// <param name="blocks">The blocks.</param>
    public static RegionBody Translate(IReadOnlyList<Block> blocks) => new RegionTranslator(blocks).Translate();

    private RegionBody Translate()
    {
        Label prologue = _il.DefineLabel();
        _il.Branch(OpCodes.Br, prologue);
        foreach (RegionBlock block in _blocks) TranslateBlock(block);
        while (_deferred.TryDequeue(out Action? write)) write();
        WriteHandOver();
        WriteEpilogue();
        // Last, because only now it is known which registers are used.
        _il.Mark(prologue);
        WritePrologue();
        return _il.Finish([.. _handed]);
    }

    private void TranslateBlock(RegionBlock block)
    {
        _block = block;
        _done = 0;
        _operation = block.Block.Operations[0];
        block.EntryFlags ??= FlagState.Unknown;
        _state = block.EntryFlags.Value;
        ForgetNumbers();
        _il.Mark(block.Label);
        SpendBudget();

        bool[] needed = NeededFlags(block.Block);
        foreach (Operation operation in block.Block.Operations)
        {
            _operation = operation;
            _isNeeded = needed[_done];
            if (!TranslateOperation(operation)) return;
            _done++;
        }

        // Cut off by its length or the end of the page: the next block goes on.
        if (!block.Block.Operations[^1].EndsBlock) JumpTo(block.Block.End);
    }

    // Whether the block goes on behind the operation.
    private bool TranslateOperation(Operation operation)
    {
        switch (WayOf(operation))
        {
            case Way.Translated:
                Translators[operation.Mnemonic](this, operation);
                return true;
            case Way.Handed:
                HandOver(operation);
                return true;
            default:
                _il.Branch(OpCodes.Br, SideExit());
                return false;
        }
    }

    // As many instructions as the block has are taken from the budget; what is not carried out of them is put back. Looked at only where ways meet:
    // there the budget must reach to the next such place.
    private void SpendBudget()
    {
        if (_block.IsEntry)
        {
            _il.Load(_budget);
            _il.Constant((ulong)_block.Reach);
            _il.Branch(OpCodes.Blt, ExitAtStart());
        }

        _il.Load(_budget);
        _il.Constant((ulong)_block.Block.Operations.Length);
        _il.Emit(OpCodes.Sub);
        _il.Store(_budget);
    }

    private Label ExitAtStart() => ExitAt(_block.Block.Start, isSide: false, refund: 0);

    // Where to jump when the operation at work cannot be done here.
    private Label SideExit() => ExitAt(_operation.Address, isSide: true);

    // A place off the path that leaves the region, with the flags as they are now and what is left of the block put back.
    private Label ExitAt(ulong rip, bool isSide) => ExitAt(rip, isSide, _block.Block.Operations.Length - _done);

    private Label ExitAt(ulong rip, bool isSide, int refund)
    {
        Label exit = _il.DefineLabel();
        FlagState state = _state;
        _deferred.Enqueue(() =>
        {
            _il.Mark(exit);
            Refund(refund);
            _il.Constant(rip);
            _il.Store(_rip);
            SetFlagCode(state);
            if (isSide)
            {
                _il.Cpu();
                _il.Constant(1);
                _il.StoreField(CpuMembers.MustInterpret);
            }

            _il.Branch(OpCodes.Br, _epilogue);
        });
        return exit;
    }

    private void Refund(int instructions)
    {
        if (instructions == 0) return;
        _il.Load(_budget);
        _il.Constant((ulong)instructions);
        _il.Emit(OpCodes.Add);
        _il.Store(_budget);
    }

    // Leaves the region for the address in the local for it; the block is done.
    private void ExitToComputed()
    {
        SetFlagCode(_state);
        _il.Branch(OpCodes.Br, _epilogue);
    }

    // An instruction that has no translation, by its handler: with all registers in the state, and back.
    private void HandOver(Operation operation)
    {
        Label end = _il.DefineLabel();
        SetFlagCode(_state);
        _il.Constant(_block.Block.Operations.Length - _done);
        _il.Store(_rest);
        _il.Constant(_handed.Count);
        _il.Store(_handedIndex);
        _il.Branch(OpCodes.Br, _handOver);
        _il.Mark(end);
        _handed.Add(operation);
        _resumptions.Add(end);
        _state = FlagState.Stored;
        ForgetNumbers();
    }

    // The one place where handlers are called, for all of the region: storing and loading all registers is much code.
    private void WriteHandOver()
    {
        _il.Mark(_handOver);
        if (_handed.Count == 0)
        {
            _il.Emit(OpCodes.Ret);
            return;
        }

        StoreFlags(FlagState.Unknown);
        Spill();
        _il.Cpu();
        _il.Load(_budget);
        _il.Load(_rest);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Add);
        _il.StoreField(CpuMembers.Budget);
        _il.Cpu();
        LoadHanded();
        _il.StoreField(CpuMembers.Current);
        LoadHanded();
        _il.Call(CpuMembers.Execute);
        _il.Cpu();
        LoadHanded();
        _il.CallVirtual(CpuMembers.Invoke);
        Fill();
        _il.Load(_handedIndex);
        _il.Switch([.. _resumptions]);
        _il.Branch(OpCodes.Br, _epilogue);
    }

    private void LoadHanded()
    {
        _il.Operations();
        _il.Load(_handedIndex);
        _il.LoadElement(typeof(Operation));
    }

    private void WriteEpilogue()
    {
        _il.Mark(_epilogue);
        StoreFlags(FlagState.Unknown);
        Spill();
        LoadState();
        _il.Load(_rip);
        _il.StoreField(CpuMembers.Rip);
        _il.Cpu();
        _il.Load(_budget);
        _il.StoreField(CpuMembers.Budget);
        _il.Cpu();
        _il.Emit(OpCodes.Ldnull);
        _il.StoreField(CpuMembers.Current);
        _il.Emit(OpCodes.Ret);
    }

    private void WritePrologue()
    {
        Fill();
        _il.Constant(FlagState.Stored.Code);
        _il.Store(_flagCode);
        _il.Cpu();
        _il.LoadField(CpuMembers.Budget);
        _il.Store(_budget);
        _il.Entry();
        _il.Switch([.. RegionFormer.EntriesOf(_allBlocks).Select(entry => _byAddress[entry.Start].Label)]);
        _il.Branch(OpCodes.Br, _blocks[0].Label);
    }

    private void LoadState()
    {
        _il.Cpu();
        _il.LoadField(CpuMembers.State);
    }
}
