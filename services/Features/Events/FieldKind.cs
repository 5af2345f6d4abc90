using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Features.Events;

/// <summary>The kind of a field's value.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the names that a definition uses.")]
public enum FieldKind : byte
{
    /// <summary>The event has no value for the field.</summary>
    None,
    Int64,

    /// <summary>A decimal number: a whole number of steps of 10^-scale.</summary>
    Decimal,
    Bool,

    /// <summary>Text in Unicode.</summary>
    String,

    /// <summary>An <see cref="Instant"/>.</summary>
    Time,
}
