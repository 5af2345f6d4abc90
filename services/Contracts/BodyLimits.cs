namespace ModelServing.Contracts;

/// <summary>The sizes of bodies that the whole path of a request agrees on.</summary>
public static class BodyLimits
{
    /// <summary>The largest body that the API Gateway passes on: 20 MB. Routers and versions accept the same by default, because a larger
    /// one only costs memory.</summary>
    public const int Gateway = 20 * 1024 * 1024;
}
