namespace ModelServing.Jobs.Experiments;

/// <summary>The check of the shares at a time of the experiment.</summary>
internal sealed record SharePoint(DateTimeOffset Time, double PValue);
