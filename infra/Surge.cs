namespace ModelServing.Infra;

/// <summary>How many pods or nodes there are beyond the usual number while they are replaced: a quarter. Kubernetes and OKE both round a
/// surge up, so there is at least one more.</summary>
internal static class Surge
{
    /// <summary>As Kubernetes and OKE write it.</summary>
    internal const string Share = "25%";

    private const int Parts = 4;

    /// <summary>The most that exist beyond <paramref name="most"/>.</summary>
    internal static int Extra(int most) => (most + Parts - 1) / Parts;

    /// <summary>The most rounds in which up to <paramref name="most"/> are replaced.</summary>
    internal static int Rounds(int most) => Math.Min(most, Parts);
}
