using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelServing.Cache.Features;

/// <summary>The cache keys of one version of a view. A sharded cache derives a key's slot from the text between the braces, so the values
/// of one entity are in one slot for all views, and a view's values are spread over all slots.</summary>
public sealed partial class FeatureKeys
{
    private readonly string prefix;

    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="view">The view's name.</param>
    /// <param name="version">The view's version.</param>
    /// <exception cref="ArgumentException">A name is not valid in a key.</exception>
    public FeatureKeys(string environment, string view, int version)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        if (!ViewForm.IsMatch(view))
            throw new ArgumentException($"'{view}' is not a view's name: 1 to 40 of a-z, 0-9 and '-'", nameof(view));
        prefix = string.Create(CultureInfo.InvariantCulture, $"ms:{CacheKeys.Checked(environment)}:f:{view}:{version}:");
        // No entity's key ends like these. They are in one slot, so one transaction changes them.
        Marker = new FeatureKey(prefix + "marker");
        Filling = new FeatureKey($"{{{Marker}}}:filling");
        Parts = new FeatureKey($"{{{Marker}}}:parts");
        LastFill = new FeatureKey($"{{{Marker}}}:last");
    }

    /// <summary>The key of the marker that the view is filled.</summary>
    public FeatureKey Marker { get; }

    /// <summary>The key of the lock of the process that fills the view.</summary>
    public FeatureKey Filling { get; }

    /// <summary>The key of the state that the processes which fill the view share.</summary>
    public FeatureKey Parts { get; }

    /// <summary>The key of the number of the fill that began last.</summary>
    public FeatureKey LastFill { get; }

    /// <summary>The key of an entity's value.</summary>
    /// <param name="entity">The entity, encoded and escaped.</param>
    /// <exception cref="ArgumentException">The entity has a character that must be escaped.</exception>
    public FeatureKey ForEntity(string entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        if (entity.AsSpan().ContainsAnyExcept(Plain))
            throw new ArgumentException($"'{entity}' is not escaped", nameof(entity));
        return new FeatureKey(string.Concat(prefix, "{", entity, "}"));
    }

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%,");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex ViewForm { get; }
}
