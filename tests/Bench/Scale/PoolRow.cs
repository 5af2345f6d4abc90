namespace ModelServing.Bench.Scale;

/// <summary>What the platform on one machine costs with its models in one pool.</summary>
/// <param name="Models">The number of models.</param>
/// <param name="Processes">The number of processes of the platform, <c>ms up</c> included.</param>
/// <param name="StartSeconds">The processor time of all of them until the platform serves.</param>
/// <param name="WallSeconds">The time until then.</param>
/// <param name="MemoryMegabytes">Their memory then; shared pages count once.</param>
/// <param name="UsedMegabytes">Their memory after a request to each model.</param>
/// <param name="AloneMilliseconds">The time within which 99 of 100 calls of one model are answered, one after another.</param>
/// <param name="BesideMilliseconds">The same while another model of the pool gets as many calls as the machine can answer.</param>
internal sealed record PoolRow(
    int Models,
    int Processes,
    double StartSeconds,
    double WallSeconds,
    double MemoryMegabytes,
    double UsedMegabytes,
    double AloneMilliseconds,
    double BesideMilliseconds)
{
    /// <summary>How much longer the calls of a quiet model take beside a flooded one.</summary>
    public double Ratio => BesideMilliseconds / AloneMilliseconds;
}
