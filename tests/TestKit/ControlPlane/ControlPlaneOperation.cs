namespace ModelServing.TestKit.ControlPlane;

/// <summary>The kinds of calls that <see cref="ControlPlaneEmulator"/> answers.</summary>
public enum ControlPlaneOperation
{
    Read,
    CreateKubeconfig,
}
