using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Predictions.Records;
using ModelServing.TestKit;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>Each pod of the export in its rendered container.</summary>
[Collection(nameof(OneAtATime))]
public class ExportInNamespaces : InNamespaces
{
    [Fact(Explicit = true)]
    public async Task Export()
    {
        await EnterAsync();
        const int Shards = 3;
        var run = await SomeStack.RunAsync(
            SomeStack.File(
                compartment: NosqlEmulator.Compartment,
                more: $"modelserving:predictionStore: {{ export: {{ shards: {Shards} }} }}"),
            new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        var pod = RenderedPod.OfCronJob(run, ClusterNames.Export);
        Assert.True(pod.HasToken);
        await using var nosql = await NosqlEmulator.StartAsync();
        await using var storage = await ObjectStorageEmulator.StartAsync();
        Assert.Equal(nosql.Identity.KeyId, storage.Identity.KeyId);
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        var table = nosql.CreateTable(
            (string)run.Single("oci:Nosql/table:Table", "predictions").Inputs["name"], PredictionTables.Columns);
        table.CreateIndex([.. PredictionTables.IndexColumns]);
        nosql.CreateTable(PredictionTables.OutcomesOf(table.Name), PredictionTables.OutcomeColumns);
        using var folder = new TemporaryFolder();
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.NosqlEndpointVariable] = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        var mounts = new Dictionary<string, string> { [IdentityPath] = IdentityFolder(folder.Combine("identity"), nosql.Identity) };

        // A prediction each hour of yesterday. If midnight passes during the test, that is today.
        var midnight = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        for (var hour = -24; hour < 24; hour++)
            Put(table, hour + 24, midnight.AddHours(hour));
        for (var index = 0; index < Shards; index++)
        {
            overrides[ExportJobSettings.IndexVariable] = index.ToString(CultureInfo.InvariantCulture);
            await using var export = HostContainer.Start(pod, overrides, mounts, Resolver());
            Assert.True(await export.ExitAsync() == 0, export.Output);
            Assert.Contains(
                $"part-0000{index + 1}-of-0000{Shards}.parquet: {24 / Shards} predictions, ", export.Output, StringComparison.Ordinal);
        }

        Assert.Equal(Shards, bucket.Keys.Count);
        Assert.All(bucket.Keys, key =>
        {
            Assert.StartsWith($"{ArtifactKeys.DataLakePrefix}predictions/", key, StringComparison.Ordinal);
            Assert.Equal("PAR1"u8, bucket.Find(key).AsSpan(0, 4));
        });

        // A pod that is tried again finds the part. One whose arguments are wrong must not be tried again.
        await using (var again = HostContainer.Start(pod, overrides, mounts, Resolver()))
        {
            Assert.True(await again.ExitAsync() == 0, again.Output);
            Assert.Contains("exists already", again.Output, StringComparison.Ordinal);
        }

        overrides[ExportJobSettings.IndexVariable] = Shards.ToString(CultureInfo.InvariantCulture);
        await using (var wrong = HostContainer.Start(pod, overrides, mounts, Resolver()))
            Assert.True(await wrong.ExitAsync() == ExportJobSettings.WrongInput, wrong.Output);
        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
        Report.WriteDone(
            pod,
            $"{OciSettings.NosqlEndpointVariable} and {OciSettings.ObjectStorageEndpointVariable} (emulators), "
            + $"{OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} (config-file, with a test key); "
            + $"{ExportJobSettings.IndexVariable} is Kubernetes'");
    }

    private static void Put(EmulatedTable table, int number, DateTimeOffset time)
    {
        var id = "01J9Z3NDEKTSV4RRFFQ" + number.ToString("0000000", CultureInfo.InvariantCulture);
        var record = new PredictionRecord
        {
            RequestId = id,
            Attempt = 1,
            Time = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
            Model = "fraud",
            Version = 1,
            Variant = "stable",
            Status = 200,
        };
        table.Set(id, 1, new JsonObject
        {
            [PredictionTables.Id] = id,
            [PredictionTables.Attempt] = 1,
            [PredictionTables.Model] = record.Model,
            [PredictionTables.Minute] = time.ToUnixTimeSeconds() / 60,
            [PredictionTables.Record] = Convert.ToBase64String(record.ToByteArray()),
        });
    }
}
