using Newtonsoft.Json.Linq;
using Oci.Common.Auth;
using Oci.Common.Model;
using Oci.NosqlService;
using Oci.NosqlService.Models;
using Oci.NosqlService.Requests;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>The SDK's client of NoSQL: requests, signatures and responses. The tests apply to the official package and to the double
/// alike.</summary>
public sealed class SdkNosqlTests : IDisposable
{
    private const string HeadersWithBody = "date (request-target) host content-length content-type x-content-sha256";

    private readonly SomeUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public async Task A_row_is_put_with_its_values_unchanged_and_signed_with_its_body()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(
            """{"version":"v1","usage":{"readUnitsConsumed":1,"writeUnitsConsumed":2}}""",
            "etag: v1",
            "opc-request-id: r"));
        using var client = Client(service);

        var answer = await client.UpdateRow(new UpdateRowRequest
        {
            TableNameOrId = "a/table",
            UpdateRowDetails = new UpdateRowDetails
            {
                CompartmentId = "c",
                Option = UpdateRowDetails.OptionEnum.IfAbsent,
                Value = new Dictionary<string, object>
                {
                    ["text"] = "ä",
                    ["number"] = 7L,
                    ["json"] = JToken.Parse("""{"a":null,"b":[1.5]}"""),
                    ["none"] = null!,
                },
            },
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal("PUT /20190828/tables/a%2Ftable/rows HTTP/1.1", request.StartLine);
        Assert.Equal(
            """{"compartmentId":"c","value":{"text":"ä","number":7,"json":{"a":null,"b":[1.5]},"none":null},"option":"IF_ABSENT"}""",
            request.Text);
        Assert.Equal(HeadersWithBody, SomeUser.VerifySignature(request));
        Assert.Equal(
            ("v1", "v1", "r", 2),
            (answer.UpdateRowResult.Version, answer.Etag, answer.OpcRequestId, answer.UpdateRowResult.Usage.WriteUnitsConsumed));
    }

    [Fact]
    public async Task A_put_that_was_not_done_has_no_version()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json("""{"usage":{"readUnitsConsumed":1}}"""));
        using var client = Client(service);
        var answer = await client.UpdateRow(
            new UpdateRowRequest { TableNameOrId = "t", UpdateRowDetails = new UpdateRowDetails { Value = [] } });
        Assert.Null(answer.UpdateRowResult.Version);
        Assert.Null(answer.Etag);
    }

    [Fact]
    public async Task A_query_is_posted_with_its_variables_and_signed_with_its_body()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(
            """{"items":[{"seq":3,"event":{"at":"2026-05-04T12:00:00+00:00","at2":"2026-05-04T12:00:00Z","text":"t","n":1.5}}]}""",
            "opc-next-page: next"));
        using var client = Client(service);

        var answer = await client.Query(new QueryRequest
        {
            Limit = 5,
            Page = "a/page",
            QueryDetails = new QueryDetails
            {
                CompartmentId = "c",
                Statement = "SELECT",
                Consistency = QueryDetails.ConsistencyEnum.Absolute,
                Variables = new Dictionary<string, object> { ["$a"] = "x", ["$b"] = 7L },
            },
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal("POST /20190828/query?limit=5&page=a%2Fpage HTTP/1.1", request.StartLine);
        Assert.Equal("""{"compartmentId":"c","statement":"SELECT","consistency":"ABSOLUTE","variables":{"$a":"x","$b":7}}""", request.Text);
        Assert.Equal(HeadersWithBody, SomeUser.VerifySignature(request));
        Assert.Equal("next", answer.OpcNextPage);
        var row = Assert.Single(answer.QueryResultCollection.Items);
        Assert.Equal(3L, row["seq"]);
        var stored = Assert.IsType<JObject>(row["event"]);
        // A string that looks like a time becomes a time, and one with an offset becomes a local time.
        Assert.Equal(DateTimeKind.Local, stored["at"]!.Value<DateTime>().Kind);
        Assert.Equal(DateTimeKind.Utc, stored["at2"]!.Value<DateTime>().Kind);
        Assert.Equal(("t", 1.5), (stored["text"]!.Value<string>(), stored["n"]!.Value<double>()));
    }

    [Fact]
    public async Task A_row_is_read_by_its_key()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(
            """{"value":{"id":"a","attempt":0,"bytes":"AAECAw=="},"usage":{"readUnitsConsumed":2}}""", "etag: v1"));
        using var client = Client(service);

        var answer = await client.GetRow(new GetRowRequest
        {
            TableNameOrId = "t",
            Key = ["id:a b", "attempt:0"],
            CompartmentId = "c",
            Consistency = GetRowRequest.ConsistencyEnum.Absolute,
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal(
            "GET /20190828/tables/t/rows?key=id%3Aa%20b&key=attempt%3A0&compartmentId=c&consistency=ABSOLUTE HTTP/1.1", request.StartLine);
        Assert.Equal("date (request-target) host", SomeUser.VerifySignature(request));
        Assert.Equal(("v1", 0L, "AAECAw=="), (answer.Etag, answer.Row.Value["attempt"], answer.Row.Value["bytes"]));
    }

    [Fact]
    public async Task A_missing_row_has_no_value()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json("""{"usage":{"readUnitsConsumed":1}}"""));
        using var client = Client(service);
        var answer = await client.GetRow(new GetRowRequest { TableNameOrId = "t", Key = ["id:a"] });
        Assert.Null(answer.Row.Value);
        Assert.Null(answer.Etag);
    }

    [Fact]
    public async Task A_last_page_has_no_next_one()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json("""{"items":[]}"""));
        using var client = Client(service);
        var answer = await client.Query(new QueryRequest { QueryDetails = new QueryDetails() });
        Assert.Null(answer.OpcNextPage);
        Assert.Empty(answer.QueryResultCollection.Items);
        Assert.Equal("POST /20190828/query HTTP/1.1", service.Requests[0].StartLine.Replace("?", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_names_the_service()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Error(429, "TooManyRequests", "slow down"));
        using var client = Client(service);
        var e = await Assert.ThrowsAsync<OciException>(() => client.Query(new QueryRequest { QueryDetails = new QueryDetails() }));
        Assert.Equal(("TooManyRequests", "Nosql", "Query"), (e.ServiceCode, e.ApiDetails.ServiceName, e.ApiDetails.OperationName));
    }

    [Fact]
    public void The_region_determines_the_host()
    {
        using var client = new NosqlClient(new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"));
        Assert.Equal("https://nosql.eu-frankfurt-1.oci.oraclecloud.com/", client.GetEndpoint().ToString());
    }

    private NosqlClient Client(ServiceStandIn service) =>
        new(new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"), null, service.Endpoint);
}
