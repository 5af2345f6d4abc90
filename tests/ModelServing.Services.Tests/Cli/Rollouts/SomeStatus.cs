using ModelServing.Contracts;
using ModelServing.Contracts.Admin;

namespace ModelServing.Services.Tests.Cli.Rollouts;

/// <summary>Statuses of the model <c>fraud</c> with the stable version 1 and the canary 2.</summary>
internal static class SomeStatus
{
    internal static readonly ModelName Fraud = ModelName.Parse("fraud");
    internal static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    internal static RolloutsStatus WithCondemned(params int[] condemned) => new()
    {
        Router = "router-1",
        Journal = JournalReach.Read,
        Models =
        [
            new ModelStatus
            {
                Model = Fraud,
                Condition = RolloutCondition.Serving,
                Revision = "r",
                Variants =
                [
                    new VariantStatus("stable", new ModelVersion(1), 1, 9500, condemned.Contains(2) ? 10_000 : 9500, 2, 2),
                    new VariantStatus(
                        "canary",
                        new ModelVersion(2),
                        3,
                        500,
                        condemned.Contains(2) ? 0 : 500,
                        1,
                        0)
                    {
                        Guard = condemned.Contains(2)
                            ? null
                            : new GuardStatus(
                                Noon,
                                7,
                                "sum",
                                [new KindStatus("error", 12.5, 8000, 2, 1), new KindStatus("slow", 1, 8000, 0, 0)]),
                    },
                ],
                KeptWarm = [new KeptVersionStatus(new ModelVersion(7), 1)],
                Condemned = [.. condemned.Select(static version => new CondemnedVersion(
                    new ModelVersion(version),
                    3,
                    Noon,
                    "guard",
                    "router-9",
                    "error: 5 failures against 0 of stable"))],
                LastSeq = 4,
            },
        ],
    };

    internal static RolloutsStatus WithFigures() => WithCondemned().With(static model => model with
    {
        Variants =
        [
            .. model.Variants.Select(static variant => variant with
            {
                Figures = variant.Name == "stable" ? Figures(1_140, 0, 0) : Figures(60, 3, 6),
            }),
        ],
    });

    private static VariantFigures Figures(long requests, long errors, long refused) => new(
        requests,
        [.. ((int[])[1, 5, 60]).Select(minutes => new PeriodFigures(minutes, requests, errors, refused, 1.21, 12.3, 123))],
        [.. Enumerable.Repeat(0L, 59), requests],
        [.. Enumerable.Repeat((double?)null, 59), 12.3]);

    internal static RolloutsStatus With(this RolloutsStatus status, Func<ModelStatus, ModelStatus> change) =>
        status with { Models = [.. status.Models.Select(change)] };
}
