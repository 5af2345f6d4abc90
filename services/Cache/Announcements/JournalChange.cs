using ModelServing.Contracts;

namespace ModelServing.Cache.Announcements;

/// <summary>Says that a model's journal has an event of a number.</summary>
/// <param name="Model">The model.</param>
/// <param name="Seq">The event's number.</param>
public readonly record struct JournalChange(ModelName Model, long Seq);
