namespace ModelServing.Settings.Models;

public enum MetricDirection
{
    /// <summary>A higher value is better.</summary>
    Higher,

    /// <summary>A lower value is better.</summary>
    Lower,
}
