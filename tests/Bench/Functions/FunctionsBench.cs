using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Bench.Functions;

/// <summary>
/// Starts the function Rollback as OCI Functions does, in turn for each way of publishing, and calls it once with an alarm's message. Its
/// journal is an emulated table, so the first call includes everything that a real one does: the SDK, a signature, JSON.
/// </summary>
internal sealed class FunctionsBench(int starts, IReadOnlyList<Publishing> publishings)
{
    private static readonly byte[] Message = """
        {"title":"failure-rate","type":"OK_TO_FIRING","timestampEpochMillis":1777896120000,"version":1.5,
        "alarmMetaData":[{"status":"FIRING",
        "dimensions":[{"model":"fraud","version":"2","variant":"canary","trial":"1"}],"metricValues":[{"v":"0.42"}]}]}
        """u8.ToArray();

    internal async Task<FunctionsReport> RunAsync(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var nosql = await NosqlEmulator.StartAsync();
        nosql.CreateTable("journal", "(model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))");
        var settings = new FunctionsHostSettings
        {
            Function = FunctionName.Rollback,
            Journal = HostSources.Nosql(NosqlEmulator.Compartment, "journal"),
            Oci = new OciSettings
            {
                Identity = OciIdentity.ConfigFile,
                ConfigFile = nosql.Identity.ConfigFile,
                NosqlEndpoint = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
            },
            LogFormat = LogFormat.Json,
        };
        var published = new List<(Publishing, IReadOnlyList<string>)>();
        foreach (var (index, publishing) in publishings.Index())
            published.Add((publishing, await publishing.PublishAsync(folder.Combine($"published-{index}"), cancellation)));
        return new FunctionsReport(await StartAsync(starts, published, settings, folder, new FnCall(Message), cancellation));
    }

    /// <summary>Starts each publication several times. This is done round by round, so other work on the machine affects all alike. The
    /// first round does not count.</summary>
    internal static async Task<IReadOnlyList<PublishingReport>> StartAsync(
        int starts,
        IReadOnlyList<(Publishing Publishing, IReadOnlyList<string> Command)> published,
        FunctionsHostSettings settings,
        TemporaryFolder folder,
        FnCall call,
        CancellationToken cancellation)
    {
        var measured = published.Select(static _ => new List<FunctionStart>()).ToList();
        for (var round = 0; round <= starts; round++)
        {
            foreach (var (index, (_, command)) in published.Index())
            {
                var start = await FunctionStart.MeasureAsync(command, settings, folder.Combine("lsnr.sock"), call, cancellation);
                if (round > 0)
                    measured[index].Add(start);
            }
        }

        return [.. published.Zip(measured, static (one, starts) => new PublishingReport(one.Publishing.Name, starts))];
    }
}
