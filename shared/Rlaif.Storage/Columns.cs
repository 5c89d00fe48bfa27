using System.Data;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Rlaif.Storage;

internal sealed class GuidColumn : SqlMapper.TypeHandler<Guid>
{
    public override Guid Parse(object value) => value is Guid id ? id : Guid.Parse((string)value, CultureInfo.InvariantCulture);

    // The provider's own form (upper case in SQLite), because list parameters bypass this handler.
    public override void SetValue(IDbDataParameter parameter, Guid value) => parameter.Value = value;
}

internal sealed class TimeColumn : SqlMapper.TypeHandler<DateTimeOffset>
{
    // Fixed width and UTC, so that text order is time order.
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public override DateTimeOffset Parse(object value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => new(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        _ => DateTimeOffset.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
    };

    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
    {
        // PostgreSQL keeps microseconds, so SQLite does too.
        var time = new DateTimeOffset(value.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        parameter.Value = parameter is SqliteParameter ? time.ToString(Form, CultureInfo.InvariantCulture) : time;
    }
}

internal sealed class TokensColumn : SqlMapper.TypeHandler<int[]>
{
    public override int[] Parse(object value) => JsonSerializer.Deserialize<int[]>((string)value)!;

    public override void SetValue(IDbDataParameter parameter, int[]? value) => parameter.Value = JsonSerializer.Serialize(value);
}

internal sealed class RewardsColumn : SqlMapper.TypeHandler<double[]>
{
    public override double[] Parse(object value) => JsonSerializer.Deserialize<double[]>((string)value)!;

    public override void SetValue(IDbDataParameter parameter, double[]? value) => parameter.Value = value is null ? DBNull.Value : JsonSerializer.Serialize(value);
}
