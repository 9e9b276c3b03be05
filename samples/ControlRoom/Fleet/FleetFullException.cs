using System.Globalization;

namespace ControlRoom;

/// <summary>There are as many sandboxes as there may be.</summary>
internal sealed class FleetFullException(int capacity)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"There are {capacity} sandboxes already, and there may be no more."));
