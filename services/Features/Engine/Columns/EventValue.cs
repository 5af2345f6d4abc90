namespace ModelServing.Features.Engine.Columns;

/// <summary>What a column needs of an event.</summary>
/// <param name="Number">The field's number in the view's type; 0 if the column has no field.</param>
/// <param name="Hash">The hash of the field's value, for a column of different values; otherwise 0.</param>
/// <param name="Offset">The microseconds from the start of the tile.</param>
/// <param name="Key">The event's key.</param>
internal readonly record struct EventValue(long Number, ulong Hash, long Offset, UInt128 Key);
