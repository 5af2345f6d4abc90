using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cache.Reports;

public class ProcessReportFormatTests
{
    [Fact]
    public void A_report_survives_its_bytes() => SomeReports.Report.Sample(report =>
    {
        var bytes = ProcessReportFormat.Write(report);
        var read = ProcessReportFormat.Read(report.Version, report.Incarnation, bytes);
        Assert.Equal(report.Streams, read.Streams);
        Assert.Equal(report with { Streams = [] }, read with { Streams = [] });
    });

    [Fact]
    public void Damaged_bytes_are_refused_and_nothing_else_happens() =>
        Gen.Select(SomeReports.Report, Gen.Int[0, 100_000], Gen.Byte, Gen.Bool).Sample((report, at, value, cuts) =>
        {
            var bytes = ProcessReportFormat.Write(report);
            at %= bytes.Length;
            if (cuts)
                bytes = bytes[..at];
            else
                bytes[at] = value;
            try
            {
                _ = ProcessReportFormat.Read(report.Version, report.Incarnation, bytes);
            }
            catch (ContractException e)
            {
                Assert.StartsWith("a report can't be read: ", e.Message, StringComparison.Ordinal);
            }
        });

    [Theory]
    [InlineData("", "Unable to read beyond the end of the stream.")]
    [InlineData("04", "its format is 4; this program reads 2 and 3")]
    [InlineData("020011", "the number of streams is 17; it must be from 0 to 16")]
    [InlineData("02000000", "there are bytes after its end")]
    [InlineData("0300000000", "there are bytes after its end")]
    [InlineData("03000001" + "ffffffffffffffffff01", "the backlog is -1; it must be from 0 to 281474976710655")]
    [InlineData("0200010161018107", "the number of buckets is 897; it must be from 0 to 896")]
    [InlineData("020001016101018007", "it counts in bucket 896 of 896")]
    [InlineData("020001016101010000", "the count is 0; it must be from 1 to 281474976710655")]
    [InlineData("02000101610100000000" + "21", "the number of groups is 33; it must be from 0 to 32")]
    [InlineData("02000101610100000000" + "0120", "the group is 32; it must be from 0 to 31")]
    public void A_fault_is_described(string hex, string why)
    {
        var e = Assert.Throws<ContractException>(() => ProcessReportFormat.Read(SomeReports.One, Guid.Empty, Convert.FromHexString(hex)));
        Assert.StartsWith($"a report can't be read: {why}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_the_previous_format_has_no_log()
    {
        Assert.Null(ProcessReportFormat.Read(SomeReports.One, Guid.Empty, Convert.FromHexString("020000")).Log);
        Assert.Null(ProcessReportFormat.Read(SomeReports.One, Guid.Empty, Convert.FromHexString("03000000")).Log);
    }

    [Fact]
    public void The_largest_report_fits()
    {
        var full = RequestCounts.From([.. Enumerable.Repeat(long.MaxValue >> 20, RequestCounts.Kinds * LatencyBuckets.Count)]);
        var report = SomeReports.Process(
            SomeReports.One,
            [.. Enumerable.Range(1, ProcessReport.MaxStreams)
                .Select(trial => new VariantCounts(new string('v', ModelName.MaxLength), trial, full)
                {
                    Groups = GroupCounts.From([.. Enumerable.Repeat(long.MaxValue >> 20, GroupCounts.Groups)]),
                })]);
        Assert.InRange(ProcessReportFormat.Write(report).Length, 1, ProcessReportFormat.MaxBytes);
    }
}
