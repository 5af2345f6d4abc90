namespace ModelServing.Contracts;

/// <summary>One arm of a rollout.</summary>
/// <param name="Name">Its name: <see cref="Stable"/>, <see cref="Canary"/>, or that of an experiment's arm, which has the form of
/// a model's name.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Weight">How many of the <see cref="PlanDocument.Buckets"/> buckets it owns.</param>
public sealed record VariantPlan(string Name, ModelVersion Version, int Weight)
{
    /// <summary>The variant that every rollout has.</summary>
    public const string Stable = "stable";

    /// <summary>The variant that a canary release adds.</summary>
    public const string Canary = "canary";

    /// <summary>Stands in place of a variant's name where the request named the version itself.</summary>
    public const string Pinned = "pinned";

    /// <summary>The names that no arm of an experiment may have.</summary>
    public static IReadOnlyList<string> Reserved { get; } = [Stable, Canary, Pinned, HeaderNames.DirectVariant, "shadow"];
}
