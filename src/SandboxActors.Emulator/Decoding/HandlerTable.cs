using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Who carries out which instruction. What is not here is #UD.</summary>
internal static class HandlerTable
{
    private static readonly Dictionary<Mnemonic, Handler> Handlers = Create();

    /// <summary>All that is implemented.</summary>
    public static IEnumerable<Mnemonic> Implemented => Handlers.Keys;

    /// <summary>The handler of an instruction, if it is implemented.</summary>
    public static Handler? Find(Mnemonic mnemonic) => Handlers.GetValueOrDefault(mnemonic);

    private static Dictionary<Mnemonic, Handler> Create()
    {
        var handlers = new Dictionary<Mnemonic, Handler>();
        MoveUnit.Register(handlers);
        ArithmeticUnit.Register(handlers);
        ShiftUnit.Register(handlers);
        MultiplyUnit.Register(handlers);
        BitUnit.Register(handlers);
        StackUnit.Register(handlers);
        ControlUnit.Register(handlers);
        StringUnit.Register(handlers);
        SystemUnit.Register(handlers);
        PortUnit.Register(handlers);
        X87Unit.Register(handlers);
        VectorMoveUnit.Register(handlers);
        VectorIntegerUnit.Register(handlers);
        VectorShiftUnit.Register(handlers);
        VectorShuffleUnit.Register(handlers);
        FloatUnit.Register(handlers);
        ReciprocalUnit.Register(handlers);
        ConvertUnit.Register(handlers);
        return handlers;
    }
}
