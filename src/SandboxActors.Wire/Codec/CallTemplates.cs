namespace SandboxActors.Wire.Codec;

/// <summary>
/// The templates of the calls that come again and again. One place for each call, by its function; a call gets it when it comes there twice in a row,
/// so that calls that share a place are written anew each time, and allocate nothing.
/// </summary>
internal sealed class CallTemplates
{
    private const int Places = 8;

    private readonly Place[] _places = new Place[Places];

    /// <summary>The template of a call, if there is one.</summary>
    /// <param name="name">The function; not empty.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="parameters">Its parameters.</param>
    public MessageTemplate? Find(string name, GuestValueType returnType, ReadOnlySpan<GuestValue> parameters)
    {
        ref Place place = ref PlaceOf(name);
        return place.Template is { } template && place.Name == name && place.ReturnType == returnType && template.Fits(parameters) ? template : null;
    }

    /// <summary>A call without a template was written: whether it is to have one now.</summary>
    public bool Wants(string name, ReadOnlySpan<GuestValue> parameters)
    {
        if (!MessageTemplate.IsFor(parameters)) return false;
        ref Place place = ref PlaceOf(name);
        bool again = place.Latest == name;
        place.Latest = again ? null : name;
        return again;
    }

    /// <summary>Keeps a template.</summary>
    public void Keep(string name, GuestValueType returnType, MessageTemplate template)
    {
        ref Place place = ref PlaceOf(name);
        (place.Name, place.ReturnType, place.Template) = (name, returnType, template);
    }

    private ref Place PlaceOf(string name) => ref _places[(name.Length + (3 * name[0]) + (5 * name[^1])) % Places];

    private struct Place
    {
        public string? Name;
        public GuestValueType ReturnType;
        public MessageTemplate? Template;
        public string? Latest; // the one that was written without a template
    }
}
