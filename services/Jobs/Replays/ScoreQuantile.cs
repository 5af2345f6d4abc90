namespace ModelServing.Jobs.Replays;

/// <summary>The difference of scores below which a share of the requests is.</summary>
internal sealed record ScoreQuantile(double Share, double Difference);
