using ModelServing.Contracts;

namespace ModelServing.Cache.Announcements;

/// <summary>A model's journal has an event of this number.</summary>
public readonly record struct JournalChange(ModelName Model, long Seq);
