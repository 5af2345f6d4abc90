namespace ModelServing.Contracts.Features;

/// <summary>The paths of the feature server.</summary>
public static class FeaturePaths
{
    /// <summary>The start of all paths.</summary>
    public const string Prefix = "/v1/features";

    /// <summary>POST events; the answer is <see cref="AcceptedEvents"/>.</summary>
    public const string Events = Prefix + "/events";

    /// <summary>POST a <see cref="FeatureQuery"/>; the answer is <see cref="FeatureAnswer"/>.</summary>
    public const string Read = Prefix + "/read";

    /// <summary>GET the views that the server fills: <see cref="ServedViews"/>.</summary>
    public const string Views = Prefix + "/views";

    /// <summary>GET a view's definition, as it was published.</summary>
    public static string View(string view, int version) => $"{Views}/{view}/versions/{version}";

    /// <summary>GET an entity's features, with its keys as parameters: the answer is <see cref="FeatureAnswer"/>.</summary>
    public static string Entity(string view, int version) => $"{View(view, version)}/entity";
}
