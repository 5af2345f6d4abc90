namespace ModelServing.Features.Events;

/// <summary>A field of an event.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Value">Its value; a field without a value is left out of the event.</param>
public readonly record struct EventField(string Name, FieldValue Value);
